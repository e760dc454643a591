/** ms that `import('qmp-mock')` takes in a fresh process. */
const start = performance.now();
await import('qmp-mock');
console.log(JSON.stringify(performance.now() - start));
