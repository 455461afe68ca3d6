export { surveyService } from './survey.ts'
