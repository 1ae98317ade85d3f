import React, { useState } from 'react';

export default function ForgotPassword({ send }) {
  const [phase, setPhase] = useState('idle');

  async function submit(event) {
    event.preventDefault();
    const email = new FormData(event.currentTarget).get('email');
    setPhase('sending');
    try {
      await send('/auth/password-reset', { email });
      setPhase('sent');
    } catch {
      setPhase('failed');
    }
  }

  if (phase === 'sent') return <p role="status">If the address has an account, look into your inbox.</p>;
  return (
    <form onSubmit={submit} aria-busy={phase === 'sending'}>
      <input name="email" type="email" required />
      <button type="submit" disabled={phase === 'sending'}>
        {phase === 'sending' ? 'Sending…' : 'Send me a link'}
      </button>
      {phase === 'failed' && <p role="alert">That did not work. Please try again.</p>}
    </form>
  );
}
