import type { ContentChecker } from './content/snapshot.ts'
import type { DataModelReader } from './forms/data-model.ts'
import { checkForms } from './forms/service.ts'

/** What each module has to say about a content revision before it may become live. */
export const contentCheckers = (readXml: DataModelReader): readonly ContentChecker[] => [checkForms(readXml)]
