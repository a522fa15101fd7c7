//! When to draw: only after something changed, and never more often than sixty times a second.

use std::time::{Duration, Instant};

/// The least time between two frames.
const FRAME: Duration = Duration::from_micros(16_667);

/// Decides when the next frame is due. A burst of changes becomes one frame.
#[derive(Debug)]
pub(super) struct Pace {
    drawn: Option<Instant>,
    due: Option<Instant>,
}

impl Pace {
    /// The first frame is due at `first` at the latest.
    pub(super) fn new(first: Instant) -> Self {
        Self { drawn: None, due: Some(first) }
    }

    /// Something changed at `now`.
    pub(super) fn change(&mut self, now: Instant) {
        let soonest = self.drawn.map_or(now, |drawn| (drawn + FRAME).max(now));
        self.due = Some(self.due.map_or(soonest, |due| due.min(soonest)));
    }

    /// A frame was drawn at `now`.
    pub(super) fn drawn(&mut self, now: Instant) {
        self.drawn = Some(now);
        self.due = None;
    }

    /// When the next frame is due; never, when nothing changed.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_due_when_nothing_changed() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        assert_eq!(pace.due(), Some(start));
        pace.drawn(start);
        assert_eq!(pace.due(), None);
    }

    #[test]
    fn a_change_after_a_rest_is_drawn_at_once() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        pace.drawn(start);
        let later = start + Duration::from_secs(1);
        pace.change(later);
        assert_eq!(pace.due(), Some(later));
    }

    #[test]
    fn a_second_of_changes_is_at_most_sixty_frames() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        let mut frames = 0;
        for tick in 0..1000 {
            let now = start + Duration::from_millis(tick);
            pace.change(now);
            if pace.due().is_some_and(|due| due <= now) {
                pace.drawn(now);
                frames += 1;
            }
        }
        assert!((50..=60).contains(&frames), "{frames}");
    }
}
