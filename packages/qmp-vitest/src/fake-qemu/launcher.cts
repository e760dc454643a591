/**
 * Program that lies on `PATH` as `qemu-system-*`. A CommonJS module, for which Node starts one module loader less; see
 * docs/decisions/0006 of the repository.
 *
 * @module
 */
void import('./launcher/main.js').then(({ runLauncher }) => runLauncher());
