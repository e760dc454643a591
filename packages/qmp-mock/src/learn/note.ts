/** Takes down what could not be learned, in a line for people. */
export type Note = (text: string) => void;
