//! Settings as they stand in a file: stated ones only, and times in milliseconds.

use super::{
    Backoff, Config, Delays, Jitter, OnFailure, Order, Settings, When,
    settings::{
        BACKOFF, DEADLINE, EXPECTED, FOREVER, NEVER_CANCEL, OPTIONAL, RETRIES, RETRY_ON_TIMEOUT, TIMEOUT, WHEN,
    },
};
use alloc::vec::Vec;
use core::{fmt, time::Duration};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::Error as _};

/// A struct of a file, in which every field may be left out.
macro_rules! data {
    ($name:ident$(<$life:lifetime>)? called $title:literal { $($field:ident: $ty:ty,)* }) => {
        #[derive(Default, Serialize, Deserialize)]
        #[serde(rename = $title, default, deny_unknown_fields)]
        pub(super) struct $name$(<$life>)? {
            $(#[serde(skip_serializing_if = "Option::is_none")] $field: Option<$ty>,)*
        }
    };
}

data! {
    SettingsData<'a> called "Settings" {
        retries: Retries,
        backoff: Backoff<'a>,
        timeout_ms: Millis,
        retry_on_timeout: bool,
        deadline_ms: Millis,
        expected_ms: Millis,
        when: When,
        optional: bool,
        never_cancel: bool,
    }
}

impl<'a> From<Settings<'a>> for SettingsData<'a> {
    fn from(settings: Settings<'a>) -> Self {
        Self {
            retries: settings.states(RETRIES).then_some(Retries(settings.get_retries())),
            backoff: settings.states(BACKOFF).then_some(settings.get_backoff()),
            timeout_ms: settings.get_timeout().filter(|_| settings.states(TIMEOUT)).map(Millis),
            retry_on_timeout: settings.states(RETRY_ON_TIMEOUT).then_some(settings.get_retry_on_timeout()),
            deadline_ms: settings.get_deadline().filter(|_| settings.states(DEADLINE)).map(Millis),
            expected_ms: settings.get_expected().filter(|_| settings.states(EXPECTED)).map(Millis),
            when: settings.states(WHEN).then_some(settings.get_when()),
            optional: settings.states(OPTIONAL).then_some(settings.is_optional()),
            never_cancel: settings.states(NEVER_CANCEL).then_some(settings.get_never_cancel()),
        }
    }
}

impl<'a> From<SettingsData<'a>> for Settings<'a> {
    fn from(data: SettingsData<'a>) -> Self {
        let mut settings = Settings::DEFAULT;
        settings = match data.retries {
            Some(Retries(FOREVER)) => settings.retry_forever(),
            Some(Retries(retries)) => settings.retries(retries),
            None => settings,
        };
        if let Some(backoff) = data.backoff {
            settings = settings.backoff(backoff);
        }
        if let Some(Millis(limit)) = data.timeout_ms {
            settings = settings.timeout(limit);
        }
        if let Some(retry) = data.retry_on_timeout {
            settings = settings.retry_on_timeout(retry);
        }
        if let Some(Millis(limit)) = data.deadline_ms {
            settings = settings.deadline(limit);
        }
        if let Some(Millis(span)) = data.expected_ms {
            settings = settings.expected(span);
        }
        if let Some(never_cancel) = data.never_cancel {
            settings = settings.with_never_cancel(never_cancel);
        }
        if let Some(when) = data.when {
            settings = settings.when(when);
        }
        match data.optional {
            Some(true) => settings.optional(),
            Some(false) => settings.required(),
            None => settings,
        }
    }
}

data! {
    BackoffData called "Backoff" {
        fixed_ms: Millis,
        list_ms: Vec<Millis>,
        linear_ms: Millis,
        exponential_ms: Millis,
        factor: Factor,
        cap_ms: Millis,
        jitter: Jitter,
    }
}

impl BackoffData {
    /// `None` for the delays of a function.
    fn of(backoff: Backoff<'_>) -> Option<Self> {
        let jitter = Some(backoff.get_jitter()).filter(|jitter| *jitter != Jitter::None);
        let data = Self { cap_ms: backoff.get_cap().map(Millis), jitter, ..Self::default() };
        let exponential = |first, factor| (Some(Millis(first)), Some(factor));
        let (exponential_ms, factor) = match backoff.get_delays() {
            Delays::Fixed(delay) => return Some(Self { fixed_ms: Some(Millis(delay)), ..data }),
            Delays::List(delays) => {
                return Some(Self { list_ms: Some(delays.iter().copied().map(Millis).collect()), ..data });
            }
            Delays::Linear { first } => return Some(Self { linear_ms: Some(Millis(first)), ..data }),
            Delays::Exponential { first, factor } => exponential(first, Factor::Whole(factor)),
            Delays::ExponentialPermille { first, factor } => exponential(first, Factor::Permille(factor)),
            Delays::Custom => return None,
        };
        Some(Self { exponential_ms, factor, ..data })
    }
}

impl Serialize for Backoff<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let data = BackoffData::of(*self);
        data.ok_or_else(|| S::Error::custom("a custom backoff is a function, which a file cannot hold"))?
            .serialize(serializer)
    }
}

impl TryFrom<BackoffData> for Backoff<'_> {
    type Error = &'static str;

    fn try_from(data: BackoffData) -> Result<Self, Self::Error> {
        let BackoffData { fixed_ms, list_ms, linear_ms, exponential_ms, factor, cap_ms, jitter } = data;
        if list_ms.is_some() {
            return Err("a list of delays cannot be read from a file: write `fixed_ms` or `exponential_ms`");
        }
        let mut backoff = match (fixed_ms, linear_ms, exponential_ms, factor) {
            (Some(Millis(delay)), None, None, None) => Backoff::fixed(delay),
            (None, Some(Millis(first)), None, None) => Backoff::linear(first),
            (None, None, Some(Millis(first)), factor) => match factor {
                Some(Factor::Whole(factor)) => Backoff::exponential(first).factor(factor),
                Some(Factor::Permille(factor)) => Backoff::exponential(first).factor_permille(factor),
                None => Backoff::exponential(first),
            },
            _ => {
                return Err(
                    "a backoff has either `fixed_ms`, or `linear_ms`, or `exponential_ms` with an optional `factor`",
                );
            }
        };
        if let Some(Millis(cap)) = cap_ms {
            backoff = backoff.cap(cap);
        }
        Ok(backoff.jitter(jitter.unwrap_or_default()))
    }
}

data! {
    ConfigData called "Config" {
        max_concurrent: u32,
        deadline_ms: Millis,
        grace_ms: Millis,
        clean_up_deadline_ms: Millis,
        seed: u64,
        order: Order,
        on_failure: OnFailure,
        poll_budget: u32,
    }
}

impl From<Config> for ConfigData {
    fn from(config: Config) -> Self {
        Self {
            max_concurrent: config.get_max_concurrent(),
            deadline_ms: config.get_deadline().map(Millis),
            grace_ms: config.get_grace().map(Millis),
            clean_up_deadline_ms: config.get_clean_up_deadline().map(Millis),
            seed: config.get_seed(),
            order: Some(config.get_order()),
            on_failure: Some(config.get_on_failure()),
            poll_budget: Some(config.get_poll_budget()),
        }
    }
}

impl From<ConfigData> for Config {
    fn from(data: ConfigData) -> Self {
        let ConfigData {
            max_concurrent,
            deadline_ms,
            grace_ms,
            clean_up_deadline_ms,
            seed,
            order,
            on_failure,
            poll_budget,
        } = data;
        let mut config = Self::DEFAULT
            .max_concurrent(max_concurrent.unwrap_or(u32::MAX))
            .order(order.unwrap_or_default())
            .on_failure(on_failure.unwrap_or_default());
        if let Some(seed) = seed {
            config = config.seed(seed);
        }
        if let Some(Millis(limit)) = deadline_ms {
            config = config.deadline(limit);
        }
        if let Some(Millis(limit)) = grace_ms {
            config = config.grace(limit);
        }
        if let Some(Millis(limit)) = clean_up_deadline_ms {
            config = config.clean_up_deadline(limit);
        }
        if let Some(attempts) = poll_budget {
            config = config.poll_budget(attempts);
        }
        config
    }
}

/// A number of retries, or the word for as many as it takes.
struct Retries(u32);

const FOREVER_WORD: &str = "forever";

impl Serialize for Retries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            FOREVER => serializer.serialize_str(FOREVER_WORD),
            retries => serializer.serialize_u32(retries),
        }
    }
}

impl<'de> Deserialize<'de> for Retries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RetriesVisitor)
    }
}

struct RetriesVisitor;

impl de::Visitor<'_> for RetriesVisitor {
    type Value = Retries;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a number of retries, or \"{FOREVER_WORD}\"")
    }

    fn visit_u64<E: de::Error>(self, retries: u64) -> Result<Retries, E> {
        let number = u32::try_from(retries).ok().filter(|&number| number < FOREVER);
        number.map(Retries).ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(retries), &self))
    }

    fn visit_i64<E: de::Error>(self, retries: i64) -> Result<Retries, E> {
        let wrong = |_| E::invalid_value(de::Unexpected::Signed(retries), &self);
        u64::try_from(retries).map_err(wrong).and_then(|retries| self.visit_u64(retries))
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Retries, E> {
        match word {
            FOREVER_WORD => Ok(Retries(FOREVER)),
            _ => Err(E::invalid_value(de::Unexpected::Str(word), &self)),
        }
    }
}

/// What a delay is multiplied by: an integer, or a fraction with up to three decimals.
enum Factor {
    Whole(u32),
    Permille(u16),
}

impl Serialize for Factor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Whole(factor) => serializer.serialize_u32(factor),
            Self::Permille(factor) => serializer.serialize_f64(f64::from(factor) / 1_000.0),
        }
    }
}

impl<'de> Deserialize<'de> for Factor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FactorVisitor)
    }
}

struct FactorVisitor;

impl de::Visitor<'_> for FactorVisitor {
    type Value = Factor;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a factor: an integer, or a number up to 65.535 with at most three decimals")
    }

    fn visit_u64<E: de::Error>(self, factor: u64) -> Result<Factor, E> {
        u32::try_from(factor).map(Factor::Whole).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(factor), &self))
    }

    fn visit_i64<E: de::Error>(self, factor: i64) -> Result<Factor, E> {
        u32::try_from(factor).map(Factor::Whole).map_err(|_| E::invalid_value(de::Unexpected::Signed(factor), &self))
    }

    fn visit_f64<E: de::Error>(self, factor: f64) -> Result<Factor, E> {
        // The nearest thousandth. A number with more decimals, or out of range, is not what comes back from it.
        let permille = (factor * 1_000.0 + 0.5) as u64;
        let is_it = permille as f64 / 1_000.0 == factor;
        let whole = u32::try_from(permille / 1_000).ok().filter(|_| permille.is_multiple_of(1_000)).map(Factor::Whole);
        let found = whole.or_else(|| u16::try_from(permille).ok().map(Factor::Permille)).filter(|_| is_it);
        found.ok_or_else(|| E::invalid_value(de::Unexpected::Float(factor), &self))
    }
}

/// A span in milliseconds: an integer where it is a whole number of them, so that it is exact however long it is.
struct Millis(Duration);

const NANOS_PER_MILLI: u64 = 1_000_000;

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nanos = crate::time::nanos(self.0);
        if nanos.is_multiple_of(NANOS_PER_MILLI) {
            serializer.serialize_u64(nanos / NANOS_PER_MILLI)
        } else {
            serializer.serialize_f64(nanos as f64 / NANOS_PER_MILLI as f64)
        }
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MillisVisitor)
    }
}

struct MillisVisitor;

impl de::Visitor<'_> for MillisVisitor {
    type Value = Millis;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("milliseconds, a number that is not negative")
    }

    fn visit_u64<E: de::Error>(self, millis: u64) -> Result<Millis, E> {
        Ok(Millis(Duration::from_millis(millis)))
    }

    fn visit_i64<E: de::Error>(self, millis: i64) -> Result<Millis, E> {
        let wrong = |_| E::invalid_value(de::Unexpected::Signed(millis), &self);
        u64::try_from(millis).map_err(wrong).map(|millis| Millis(Duration::from_millis(millis)))
    }

    fn visit_f64<E: de::Error>(self, millis: f64) -> Result<Millis, E> {
        if !(millis >= 0.0 && millis.is_finite()) {
            return Err(E::invalid_value(de::Unexpected::Float(millis), &self));
        }
        // To the nearest nanosecond; the conversion saturates.
        Ok(Millis(Duration::from_nanos((millis * NANOS_PER_MILLI as f64 + 0.5) as u64)))
    }
}
