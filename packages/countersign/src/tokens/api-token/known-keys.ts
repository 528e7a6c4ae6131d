/** Keys whose private half everybody can read: nothing signed with them proves anything (row POL-28). */
import { exportPublicJwk } from '../../keys/export-key.js';
import type { Key } from '../../keys/key.js';
import { computeJwkThumbprint } from '../../keys/thumbprint.js';

/** By the RFC 7638 thumbprint. */
const KNOWN_KEYS: ReadonlyMap<string, string> = new Map([
  ['3R_PDXG-wxGct30zE6yPjkL_GMf4eL22i33i8j0lUn0', 'the dummy key that api_jwt ships'],
  ['oGDmHqCJ7yzMkWEkrlZVHkvrHIyQwtlDmeq5ForUHeY', 'the RS256 example key of jwt.io'],
  ['IsUn6_e04MaShXFIISMp4kG62LWzMIPy_MvSA5pJgX8', 'the example key of RFC 7515 appendix A.2'],
  ['oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U', 'the example key of RFC 7515 appendix A.3'],
  ['u5YUSjQ2-2chBi51NSk3t3g7IM4o2KYcnPqPtCNGd3U', 'the example key of RFC 7515 appendix A.4'],
  ['NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs', 'the example key of RFC 7517 appendix A.2'],
  ['9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI', 'the example key of RFC 7520 section 3.4'],
  ['dHri3SADZkrush5HU_50AoRhcKFryN-PI6jPBtPL55M', 'the example key of RFC 7520 section 3.2'],
  ['kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k', 'the example key of RFC 8037 appendix A.1'],
]);

/** What the key is known as, or undefined when it is none of those. */
export function findKnownKey(key: Key<'public'> | Key<'private'>): string | undefined {
  return KNOWN_KEYS.get(computeJwkThumbprint(exportPublicJwk(key)));
}
