/**
 * Does something while the guest stands still, and lets it go on afterwards, however that went. A guest that was
 * paused before stays so.
 *
 * @template T
 * @param {import('qmp-core').QmpClient} qmp
 * @param {() => Promise<T>} job
 * @returns {Promise<T>}
 */
export async function whilePaused(qmp, job) {
  const { running } = await qmp.execute('query-status');
  if (!running) return job();
  await qmp.execute('stop');
  try {
    return await job();
  } finally {
    await qmp.execute('cont');
  }
}
