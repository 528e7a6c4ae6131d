/** Settings, master key and logger: what the process needs before it can open anything. Imports domain only. */
export type { ConfigurationSources } from './collect-settings.js';
export { createLogger, type LoggerOptions } from './create-logger.js';
export { openDevelopmentMasterKey } from './development-master-key.js';
export {
  type Configuration,
  loadConfiguration,
  loadStorageSettings,
  type Secrets,
  type Settings,
} from './load-configuration.js';
export { parseDurationSeconds, type RateLimit } from './parse-duration.js';
export { parseMasterKey } from './parse-master-key.js';
export { escapeLogText } from './printable-field.js';
export { errorCode } from './secret-file.js';
export {
  flagOf,
  type LogLevel,
  MODES,
  type Mode,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
  type SettingRow,
} from './settings-table.js';
