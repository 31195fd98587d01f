// A council's OpenID provider for tests: `oidc-provider` as it comes, with accounts and one client from the environment.
//
// It picks its own port and prints its issuer. It ends with whoever started it, when its standard input closes.
// ACCOUNTS: { "<login>": { "email": ..., "email_verified": ..., "name": ... } }; any password does.
// CLIENT: what is registered of the client. OPTIONS: more of the provider's configuration.

import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const read = (name) => JSON.parse(process.env[name] ?? '{}');
const accounts = read('ACCOUNTS');

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ grant_types: ['authorization_code'], response_types: ['code'], ...read('CLIENT') }],
    claims: { email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['test'] },
    pkce: { required: () => true },
    findAccount: (_, id) => accounts[id] && {
      accountId: id,
      claims: () => ({ sub: id, ...accounts[id] }),
    },
    ...read('OPTIONS'),
  });
  server.on('request', provider.callback());
  console.log(`issuer ${issuer}`);
});

process.stdin.resume();
process.stdin.on('close', () => process.exit());
