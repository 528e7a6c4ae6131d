// How the service runs: with the real issuers.
import { accessTokens, asap, createGate, signIn } from 'countersign/gate';
import { createOrders } from './orders.mjs';

const { APP_ID, PORT = '8080' } = process.env;

const gate = createGate({
  accept: [
    signIn({ baseUrl: 'https://auth.example.com', appId: APP_ID }),
    accessTokens({ issuer: 'https://login.example.com', audience: 'orders' }),
    asap({ audience: 'orders', issuers: ['billing'], repository: 'https://keys.example.com/asap/' }),
  ],
});
createOrders(gate).listen(Number(PORT), '127.0.0.1');
