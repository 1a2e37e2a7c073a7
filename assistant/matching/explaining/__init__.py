"""Why a record was matched: what each word, sentence and fact did to its score, measured by leaving it out."""
