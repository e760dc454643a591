/** One QMP conversation, from greeting to close. */
export interface MonitorSession {
  /** Whether capabilities negotiation is complete. */
  readonly negotiated: boolean;
}
