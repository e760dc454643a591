/** For the copy of this folder that the leak matrix runs, as a user's project of its own. */
export default {
  test: { include: ['endings/*.leak.ts'], setupFiles: ['setup.ts'], maxWorkers: 2 },
};
