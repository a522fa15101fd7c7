//! Addresses and CIDR blocks of conditions.

use std::net::IpAddr;

/// A block of addresses; a plain address is a block of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let longest = longest(address);
        let prefix = prefix.unwrap_or(longest);
        (prefix <= longest).then_some(Self { address, prefix })
    }

    /// Whether it is so wide that it stands for the whole internet: everything, or a half of it.
    pub(super) const fn is_internet(&self) -> bool {
        self.prefix <= 1
    }

    /// The first address.
    pub(super) const fn address(&self) -> IpAddr {
        self.address
    }

    /// The first and the last address, as numbers.
    pub(super) fn range(&self) -> (u128, u128) {
        let shift = u32::from(longest(self.address) - self.prefix);
        let rest = 1_u128.checked_shl(shift).map_or(u128::MAX, |size| size - 1);
        let first = bits(self.address) & !rest;
        (first, first | rest)
    }

    pub(super) fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(_), IpAddr::V4(_)) | (IpAddr::V6(_), IpAddr::V6(_)) => {
                let shift = u32::from(longest(address) - self.prefix);
                let cut = |address: IpAddr| bits(address).checked_shr(shift).unwrap_or(0);
                cut(self.address) == cut(address)
            }
            _ => false,
        }
    }
}

const fn longest(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hold_their_own_addresses_and_no_others() {
        let cases = [
            ("0.0.0.0/0", "203.0.113.7", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("203.0.113.7/24", "203.0.113.255", true),
            ("203.0.113.0/24", "203.0.114.0", false),
            ("203.0.113.7", "203.0.113.7", true),
            ("::/0", "2001:db8::1", true),
            ("2001:db8::/32", "2001:0db8:0:0::1", true),
            ("2001:db8::/32", "2001:db9::1", false),
        ];
        for (network, address, inside) in cases {
            let network = Network::parse(network).expect("a network");
            assert_eq!(network.contains(address.parse().expect("an address")), inside, "{network:?} {address}");
        }
        for text in ["", "x", "1.2.3", "1.2.3.4/33", "1.2.3.4/-1", "1.2.3.4/", "::/129", "1.2.3.4/24/8"] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
        assert_eq!(Network::parse("::/0").expect("a network").range(), (0, u128::MAX));
        assert!(Network::parse("128.0.0.0/1").is_some_and(|half| half.is_internet()));
    }
}
