//! As much of CBOR as the rpc-v2-cbor protocol needs, by way of JSON.
//!
//! A time is `{"$time": seconds}`, for JSON has none: CBOR tags it.

use serde_json::{Map, Value};

/// What stands for a time in JSON.
const TIME: &str = "$time";

/// Writes `value`.
pub(super) fn encode(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(value, &mut bytes);
    bytes
}

/// A value's kind is in the three highest bits, its length or worth in the others and the bytes that follow.
fn head(kind: u8, worth: u64, bytes: &mut Vec<u8>) {
    let kind = kind << 5;
    match worth {
        0..24 => bytes.push(kind | worth as u8),
        24..0x100 => bytes.extend([kind | 24, worth as u8]),
        0x100..0x1_0000 => {
            bytes.push(kind | 25);
            bytes.extend((worth as u16).to_be_bytes());
        }
        0x1_0000..0x1_0000_0000 => {
            bytes.push(kind | 26);
            bytes.extend((worth as u32).to_be_bytes());
        }
        _ => {
            bytes.push(kind | 27);
            bytes.extend(worth.to_be_bytes());
        }
    }
}

fn write(value: &Value, bytes: &mut Vec<u8>) {
    match value {
        Value::Null => bytes.push(0xf6),
        Value::Bool(truth) => bytes.push(if *truth { 0xf5 } else { 0xf4 }),
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => head(0, number, bytes),
            (None, Some(number)) => head(1, !number as u64, bytes),
            (None, None) => {
                bytes.push(0xfb);
                bytes.extend(number.as_f64().unwrap_or_default().to_be_bytes());
            }
        },
        Value::String(text) => {
            head(3, text.len() as u64, bytes);
            bytes.extend(text.as_bytes());
        }
        Value::Array(items) => {
            head(4, items.len() as u64, bytes);
            items.iter().for_each(|item| write(item, bytes));
        }
        Value::Object(members) => {
            if let Some(seconds) = members.get(TIME) {
                head(6, 1, bytes);
                return write(seconds, bytes);
            }
            head(5, members.len() as u64, bytes);
            for (name, value) in members {
                head(3, name.len() as u64, bytes);
                bytes.extend(name.as_bytes());
                write(value, bytes);
            }
        }
    }
}

/// Reads a value; none when it is cut short or has what no request has.
pub(super) fn decode(mut bytes: &[u8]) -> Option<Value> {
    read(&mut bytes)
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

fn read(bytes: &mut &[u8]) -> Option<Value> {
    let first = *take(bytes, 1)?.first()?;
    let (kind, low) = (first >> 5, first & 31);
    if kind == 7 {
        return Some(match low {
            20 | 21 => Value::Bool(low == 21),
            22 | 23 => Value::Null,
            26 => f64::from(f32::from_be_bytes(take(bytes, 4)?.try_into().ok()?)).into(),
            27 => f64::from_be_bytes(take(bytes, 8)?.try_into().ok()?).into(),
            _ => return None,
        });
    }
    // Requests of the SDK have lists and maps without a length, which end with a mark.
    let open = low == 31;
    let worth = match low {
        0..24 => u64::from(low),
        24..28 => take(bytes, 1 << (low - 24))?.iter().fold(0, |worth, byte| worth << 8 | u64::from(*byte)),
        31 if matches!(kind, 4 | 5) => u64::MAX,
        _ => return None,
    };
    let mut left = worth;
    let mut more = |bytes: &mut &[u8]| {
        if open && bytes.first() == Some(&0xff) {
            *bytes = bytes.get(1..).unwrap_or_default();
            return false;
        }
        let more = left > 0;
        left = left.saturating_sub(1);
        more
    };
    Some(match kind {
        0 => worth.into(),
        1 => (-1 - i64::try_from(worth).ok()?).into(),
        2 | 3 => String::from_utf8_lossy(take(bytes, usize::try_from(worth).ok()?)?).into_owned().into(),
        4 => {
            let mut items = Vec::new();
            while more(bytes) {
                items.push(read(bytes)?);
            }
            items.into()
        }
        5 => {
            let mut members = Map::new();
            while more(bytes) {
                let name = read(bytes)?.as_str()?.to_owned();
                members.insert(name, read(bytes)?);
            }
            members.into()
        }
        _ => Map::from_iter([(TIME.to_owned(), read(bytes)?)]).into(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let value = json!({
            "a": [0, 23, 24, 255, 256, 70_000, 5_000_000_000_u64, -1, -500, 1.5, true, false, null],
            "b": {"c": "text", "d": {}},
            "at": {"$time": 1_700_000_000},
            "long": "x".repeat(300),
        });
        let bytes = encode(&value);
        assert_eq!(decode(&bytes), Some(value));
        for end in 0..bytes.len() {
            assert_eq!(decode(&bytes[..end]), None, "{end}");
        }
    }

    #[test]
    fn it_is_the_encoding_of_rfc_8949() {
        assert_eq!(encode(&json!({"a": 1, "b": [2, 3]})), [0xa2, 0x61, 0x61, 0x01, 0x61, 0x62, 0x82, 0x02, 0x03]);
        assert_eq!(encode(&json!({"$time": 1_363_896_240})), [0xc1, 0x1a, 0x51, 0x4b, 0x67, 0xb0]);
        assert_eq!(encode(&json!(-100)), [0x38, 0x63]);
        // Without a length, as the SDK writes maps.
        assert_eq!(decode(&[0xbf, 0x61, 0x61, 0x9f, 0x01, 0xff, 0xff]), Some(json!({"a": [1]})));
    }
}
