/**
 * What the packages of this project share and nobody else should use: it may change in any release.
 *
 * @module
 */
export { blame, CallSite } from '../call-site.ts';
