import { createApiGatewayAuthorizer } from 'countersign/sign-in/api-gateway';

const { SIGN_IN_BASE_URL, SIGN_IN_APP_ID } = process.env;

// Made once: it holds the keys.
export const handler = createApiGatewayAuthorizer({ baseUrl: SIGN_IN_BASE_URL, appId: SIGN_IN_APP_ID });
