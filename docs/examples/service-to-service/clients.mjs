// Ways to call a service: the same signer behind fetch, axios and got. Calls ORDERS_URL once by each.
import { createAsapSigner, createPrivateKeyDirectory } from 'countersign/asap';
import { withAsapFetch } from 'countersign/client';

const { ORDERS_URL = 'http://localhost:8091/', PRIVATE_KEYS = 'private-keys' } = process.env;

const keys = createPrivateKeyDirectory({ root: PRIVATE_KEYS });
const signer = createAsapSigner({ issuer: 'billing', keys, algorithm: 'ES256' });

// #region fetch
const callAnyService = withAsapFetch({
  signer,
  audience: (url) => (url.port === new URL(ORDERS_URL).port ? 'orders' : url.origin), // default: the origin
  claims: { tenant: 'example' }, // in every token, beside the standard claims
});
const viaFetch = await callAnyService(ORDERS_URL, { method: 'POST', body: 'an order' });

// #endregion

// #region axios
import axios from 'axios';
import { addAsapToAxios } from 'countersign/client';

const instance = axios.create({ baseURL: ORDERS_URL });
addAsapToAxios(instance, { signer, audience: 'orders' });
const viaAxios = await instance.get('/');

// #endregion

// #region got
import { asapGotHooks } from 'countersign/client';
import got from 'got';

const client = got.extend({ hooks: asapGotHooks({ signer, audience: 'orders' }) });
const viaGot = await client.get(ORDERS_URL);
// #endregion

console.log(viaFetch.status, viaAxios.status, viaGot.statusCode);
