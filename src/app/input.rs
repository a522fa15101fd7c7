//! Keys, clicks, pastes and sizes, from the terminal to the loop.

use std::io;

use crossterm::event::{self as term, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use futures::StreamExt;

use super::event::{Crash, Event, Events};

/// Reads the terminal until it is gone. `late` says that it still owes an answer.
pub(super) fn listen(events: &Events, late: bool) {
    let events = events.clone();
    tokio::spawn(async move {
        let _crash = Crash(events.clone());
        let mut stream = EventStream::new();
        let mut answer = Answer::new(late);
        loop {
            let event = match stream.next().await {
                Some(Ok(event)) if !counts(&event) || answer.swallows(&event) => continue,
                Some(Ok(event)) => Event::Terminal(event),
                Some(Err(error)) => Event::Lost(error),
                None => Event::Lost(io::ErrorKind::UnexpectedEof.into()),
            };
            let lost = matches!(event, Event::Lost(_));
            if events.send(event).await.is_err() || lost {
                return;
            }
        }
    });
}

/// Some terminals tell when a key is let go, which is no second key.
fn counts(event: &term::Event) -> bool {
    !matches!(event, term::Event::Key(KeyEvent { kind: KeyEventKind::Release, .. }))
}

/// A late answer to the question for the colours, which would otherwise be taken for keys:
/// `ESC ]` reads as Alt-], then come letters, then `ESC \` or a bell.
#[derive(Debug)]
enum Answer {
    Expected,
    /// Being swallowed: how many keys may still belong to it.
    Arriving(u8),
    Settled,
}

impl Answer {
    /// `]11;rgb:ffff/ffff/ffff` and its end, with room to spare.
    const LONGEST: u8 = 40;

    fn new(late: bool) -> Self {
        if late { Self::Expected } else { Self::Settled }
    }

    fn swallows(&mut self, event: &term::Event) -> bool {
        let term::Event::Key(KeyEvent { code: KeyCode::Char(c), modifiers, .. }) = *event else { return false };
        let alt = modifiers.contains(KeyModifiers::ALT);
        match self {
            Self::Expected if alt && c == ']' => {
                *self = Self::Arriving(Self::LONGEST);
                true
            }
            Self::Arriving(left) => {
                let bell = c == 'g' && modifiers.contains(KeyModifiers::CONTROL);
                // The colour of the ground comes after that of the text.
                *self = if *left == 0 || bell || (alt && c == '\\') { Self::Expected } else { Self::Arriving(*left - 1) };
                true
            }
            Self::Expected | Self::Settled => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(c: char, modifiers: KeyModifiers) -> term::Event {
        term::Event::Key(KeyEvent::new(KeyCode::Char(c), modifiers))
    }

    #[test]
    fn a_late_answer_is_not_taken_for_keys() {
        let mut answer = Answer::new(true);
        let mut typed = vec![key('j', KeyModifiers::NONE)];
        for _ in 0..2 {
            typed.push(key(']', KeyModifiers::ALT));
            typed.extend("11;rgb:ffff/ffff/ffff".chars().map(|c| key(c, KeyModifiers::NONE)));
            typed.push(key('\\', KeyModifiers::ALT));
        }
        typed.push(key('q', KeyModifiers::NONE));
        typed.retain(|event| !answer.swallows(event));
        assert_eq!(typed, [key('j', KeyModifiers::NONE), key('q', KeyModifiers::NONE)]);
    }

    #[test]
    fn without_a_question_every_key_counts() {
        let mut answer = Answer::new(false);
        assert!(!answer.swallows(&key(']', KeyModifiers::ALT)));
    }

    #[test]
    fn letting_a_key_go_is_no_key() {
        let mut event = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::NONE);
        assert!(counts(&term::Event::Key(event)));
        event.kind = KeyEventKind::Release;
        assert!(!counts(&term::Event::Key(event)));
    }
}
