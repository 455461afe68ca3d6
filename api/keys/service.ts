/* What other rooms may ask of the keys. */
export {
  type InstallationKey,
  KeyRefused,
  prependNewKey,
  readInstallationKeys,
  writeNewKey,
} from './installation-key.ts'
export { openKeyring } from './keyring.ts'
