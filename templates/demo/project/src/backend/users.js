import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

export class UnknownUser extends Error {
  status = 404;
}

function seal(plain, salt = randomBytes(16)) {
  return { salt, key: scryptSync(plain, salt, 32) };
}

export function createUsers(initial = []) {
  const people = new Map(initial.map(({ id, email, plain }) => [email, { id, email, ...seal(plain) }]));

  return {
    byEmail(email) {
      const person = people.get(String(email).toLowerCase());
      if (!person) throw new UnknownUser('no account has this address');
      return person;
    },
    renew(id, plain) {
      for (const person of people.values()) if (person.id === id) Object.assign(person, seal(plain));
    },
    accepts(email, plain) {
      const { salt, key } = this.byEmail(email);
      return timingSafeEqual(key, scryptSync(plain, salt, 32));
    },
  };
}
