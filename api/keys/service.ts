/* What other rooms may ask of the keys. */
export {
  type InstallationKey,
  isDemoKey,
  KeyRefused,
  type KeySource,
  prependNewKey,
  readInstallationKeys,
  writeNewKey,
} from './installation-key.ts'
export { type Keyring, type KeysCtx, keyGone, openKeyring } from './keyring.ts'
