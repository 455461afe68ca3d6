export { createTries, type EditingCtx } from './state.ts'
export { createSurveys, surveyService } from './survey.ts'
export { checkTemplates } from './templates.ts'
export { checkUndecided } from './undecided.ts'
