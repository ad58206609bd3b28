import { Component, type ReactNode } from 'react'
import { Failure } from '../elements/failure.tsx'

/** A fault in one page leaves the rail and the other pages as they are. */
export class PageFault extends Component<{ readonly children: ReactNode }, { readonly error: Error | undefined }> {
  override state: { readonly error: Error | undefined } = { error: undefined }

  static getDerivedStateFromError(error: Error): { readonly error: Error } {
    return { error }
  }

  override render(): ReactNode {
    const { error } = this.state
    return error ? <Failure error={error} /> : this.props.children
  }
}
