//! What can go wrong on the way, and a plan of it that a seed decides.

use super::protocol::Refusal;

/// What goes wrong with one answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// An error in the service's own protocol.
    Refused(Refusal),
    /// The connection ends before a byte of the answer.
    Reset,
    /// The connection ends within the headers.
    ResetInHeaders,
    /// No answer, until the server stops.
    Hang,
    /// The connection ends within the body.
    Truncated,
    /// A body that ends too early, and a length that agrees with it.
    Malformed,
    /// No body.
    Empty,
    /// The page of a proxy, which says that all is well.
    Html,
    /// Null in the place of every field; in XML, which has none, no fields.
    Nulls,
    /// A few bytes at a time.
    Drip,
    /// The page token of the page before.
    RepeatedToken,
}

impl Fault {
    pub(crate) const THROTTLED: Self = Self::Refused(Refusal::Throttled);
    pub(crate) const INTERNAL: Self = Self::Refused(Refusal::InternalError);
    pub(crate) const UNAVAILABLE: Self = Self::Refused(Refusal::Unavailable);
}

/// Which faults, and on which share of the requests each.
pub(crate) type Shares = &'static [(Fault, f64)];

/// A plan of faults. What happens to a request hangs on the seed, on what is asked and on how often exactly that was asked
/// before, and on nothing else: not on the order in which requests arrive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Faults {
    seed: u64,
    shares: Shares,
    in_a_row: u32,
}

impl Faults {
    /// At most three faults in a row on the same request, so that whoever asks again gets an answer.
    pub(crate) const fn seeded(seed: u64, shares: Shares) -> Self {
        Self { seed, shares, in_a_row: 3 }
    }

    /// The fault of the request `text` of a service and Region when it is asked for the `nth` time, which counts from 0.
    pub(super) fn pick(&self, text: &str, nth: u32) -> Option<Fault> {
        let key = text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let mut row = 0;
        let mut picked = None;
        for time in 0..=nth {
            picked = self.chance(key, time).filter(|_| row < self.in_a_row);
            row = if picked.is_some() { row + 1 } else { 0 };
        }
        picked
    }

    fn chance(&self, key: u64, time: u32) -> Option<Fault> {
        let hash = mixed(mixed(key ^ mixed(self.seed)) ^ u64::from(time));
        // The highest 53 bits are a number below one.
        let mut left = (hash >> 11) as f64 / (1_u64 << 53) as f64;
        for (fault, share) in self.shares {
            if left < *share {
                return Some(*fault);
            }
            left -= share;
        }
        None
    }
}

/// The finaliser of splitmix64.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARES: Shares = &[(Fault::THROTTLED, 0.2), (Fault::Reset, 0.1)];

    #[test]
    fn shares_are_kept_and_seeds_differ() {
        let picks = |seed| (0..10_000).map(|number| Faults::seeded(seed, SHARES).pick(&format!("GET /{number}"), 0)).collect::<Vec<_>>();
        let share = |fault| picks(1).iter().filter(|picked| **picked == Some(fault)).count();
        assert!((1900..2100).contains(&share(Fault::THROTTLED)), "{}", share(Fault::THROTTLED));
        assert!((900..1100).contains(&share(Fault::Reset)), "{}", share(Fault::Reset));
        assert_eq!(picks(1), picks(1));
        assert_ne!(picks(1), picks(2));
    }

    #[test]
    fn faults_in_a_row_are_bounded() {
        let always = Faults::seeded(1, &[(Fault::THROTTLED, 1.0)]);
        let row: Vec<bool> = (0..9).map(|time| always.pick("GET /", time).is_some()).collect();
        assert_eq!(row, [true, true, true, false, true, true, true, false, true]);
    }
}
