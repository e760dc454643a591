/** Says what is wrong with what the user gave; only the message is shown. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
