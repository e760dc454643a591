/** Notes what is wrong, unless it holds. */
export type Checks = (holds: boolean, problem: string) => void;

/** Notes problems in a list. */
export const checks =
  (problems: string[]): Checks =>
  (holds, problem) => {
    if (!holds) problems.push(problem);
  };
