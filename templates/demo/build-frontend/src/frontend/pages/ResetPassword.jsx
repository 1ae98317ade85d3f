import React, { useState } from 'react';

export default function ResetPassword({ token, send }) {
  const [phase, setPhase] = useState('idle');
  const [reason, setReason] = useState('');

  async function submit(event) {
    event.preventDefault();
    const password = new FormData(event.currentTarget).get('password');
    setPhase('sending');
    const answer = await send(`/auth/password-reset/${token}`, { password });
    setReason(answer.error ?? '');
    setPhase(answer.error ? 'refused' : 'done');
  }

  if (phase === 'done') return <p role="status">Your password was changed. You can sign in now.</p>;
  return (
    <form onSubmit={submit} aria-busy={phase === 'sending'}>
      <input name="password" type="password" minLength={8} required />
      <button type="submit" disabled={phase === 'sending'}>Set the new password</button>
      {phase === 'refused' && <p role="alert">{reason}</p>}
    </form>
  );
}
