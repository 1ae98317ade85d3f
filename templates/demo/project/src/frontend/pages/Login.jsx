import React from 'react';

export default function Login({ onSubmit }) {
  return (
    <form onSubmit={onSubmit}>
      <input name="email" type="email" required />
      <input name="password" type="password" required />
      <button type="submit">Sign in</button>
      <a href="/forgot">Forgot your password?</a>
    </form>
  );
}
