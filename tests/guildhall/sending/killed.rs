//! Bar J1: a server that is killed again and again while mails go out loses none of them.

