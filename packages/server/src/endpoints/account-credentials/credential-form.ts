import { type Html, html } from '../../platform/html/html.ts'
import { renderProblem } from '../../platform/html/render-problem.ts'
import { type AccountFrame, renderAccountFrame } from '../render-account-frame.ts'

export interface CredentialForm extends Pick<AccountFrame, 'urls' | 'language' | 'theme'> {
  readonly title: string
  /** What it does. Absent: the fields say it. */
  readonly lead?: string | undefined
  /** Where it is posted to: a path on this origin. */
  readonly action: string
  readonly fields: Html
  readonly submit: string
  /** The sentence why it is shown again; its id is `problem`. */
  readonly problem?: string | undefined
}

/** Renders a form of the account area that changes how its owner logs in. */
export function renderCredentialForm(form: CredentialForm): string {
  const { title, lead, action, fields, submit, problem, ...frame } = form
  const body = html`${lead === undefined ? undefined : html`<p id="lead">${lead}</p>\n`}${problem === undefined ? undefined : renderProblem('problem', problem)}<form method="post" action="${action}">
${fields}<button type="submit">${submit}</button>
</form>`
  return renderAccountFrame({ ...frame, title, area: 'security', isBelow: true, body })
}

export interface TextField {
  readonly name: string
  readonly label: string
  readonly value: string | undefined
  readonly autocomplete: string
  readonly isWrong: boolean
}

/** Renders one text field, in focus. */
export function renderTextField({ name, label, value, autocomplete, isWrong }: TextField): Html {
  const described = isWrong ? html` aria-describedby="problem" aria-invalid="true"` : html` aria-describedby="lead"`
  return html`<div class="field">
<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="text" value="${value}" autocomplete="${autocomplete}" autocapitalize="none" spellcheck="false" dir="auto" required${described} autofocus>
</div>
`
}
