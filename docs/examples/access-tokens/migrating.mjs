// What a provider that used PyJOAT does here, with the very token of PyJOAT's README.

const tokenOfTheReadme = [
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9',
  'eyJhdWQiOiJhYmNkIiwiaXNzIjoiTXkgT0F1dGgyIFByb3ZpZGVyIiwiZXhwIjoxNDA3Mjk0NTcyLCJpYXQiOjE0MDcyOTA5NzIsInNjcCI6WyJwcm9maWxlIiwicmVhZCJdLCJzdWIiOiIxMjM0In0',
  'wgNhGiKQ0ppO0XuQhalGZmSommQROjBusCanRa_6Ydc',
].join('.');

// #region generator
import { createAccessTokenGenerator } from 'countersign/access-token';

const generator = createAccessTokenGenerator({
  provider: 'My OAuth2 Provider',
  secret: () => 'the most secret hmac salt ever',
  unsafeAllowWeakSecret: true, // it has 30 bytes: take a longer one for new tokens
});

const accessToken = generator.issue({
  clientId: 'abcd',
  userId: '1234',
  scope: ['profile', 'read'],
  issuedAt: 1_407_290_972, // as in PyJOAT's README; leave it out for now
});
console.log(accessToken === tokenOfTheReadme);

// #endregion

// #region parser
import { createAccessTokenParser, credentialsOrNull } from 'countersign/access-token';

const parser = createAccessTokenParser({
  secret: () => 'the most secret hmac salt ever',
  unsafeAllowWeakSecret: true,
  clock: () => 1_407_290_972, // the token has expired since; leave it out for now
});

console.log(credentialsOrNull(parser.parse(accessToken)));
// #endregion

// #region reason
const broken = parser.parse(accessToken.slice(0, -1));
if (broken.outcome === 'refused') console.log(broken.reason);
// #endregion
