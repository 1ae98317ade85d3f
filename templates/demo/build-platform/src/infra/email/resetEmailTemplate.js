export function resetEmail({ to, link }) {
  return {
    to,
    subject: 'Choose a new password',
    text: [
      'Somebody, most likely you, asked for a new password.',
      `Open this link within one hour: ${link}`,
      'If it was not you, nothing happens as long as you do not open it.',
    ].join('\n\n'),
  };
}
