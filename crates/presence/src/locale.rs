//! How times and days are written where this user lives. The words around them are English.

use std::sync::OnceLock;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// Regions in which clocks show twelve hours (Unicode CLDR, "timeData": preferred `h`), as far as this program may be met.
const TWELVE_HOURS: [&str; 17] =
    ["AE", "AU", "BD", "CA", "CO", "EG", "HK", "IN", "JO", "KR", "MY", "NZ", "PH", "PK", "SA", "SG", "US"];

/// Regions in which the month comes before the day.
const MONTH_FIRST: [&str; 3] = ["CA", "PH", "US"];

/// A way to write times and days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Writing {
    twelve_hours: bool,
    month_first: bool,
}

impl Writing {
    /// That of a locale, such as `en-US` or `de_CH.UTF-8`.
    #[must_use]
    pub fn of(locale: &str) -> Self {
        let tag = locale.split(['.', '@']).next().unwrap_or_default();
        let region = tag.split(['-', '_']).skip(1).find(|part| part.len() == 2).unwrap_or_default();
        let region = region.to_ascii_uppercase();
        Self {
            twelve_hours: TWELVE_HOURS.contains(&region.as_str()),
            month_first: MONTH_FIRST.contains(&region.as_str()),
        }
    }

    /// That of this user, as the system had it when the program started.
    #[must_use]
    pub fn here() -> Self {
        static HERE: OnceLock<Writing> = OnceLock::new();
        *HERE.get_or_init(|| {
            // Times have a variable of their own there (POSIX, "Locale": `LC_TIME`).
            let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
            let times = || set("LC_ALL").or_else(|| set("LC_TIME")).filter(|_| cfg!(unix));
            Self::of(&times().or_else(sys_locale::get_locale).unwrap_or_default())
        })
    }

    /// The language tag with which the page writes alike.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match (self.twelve_hours, self.month_first) {
            (true, true) => "en-US",
            (true, false) => "en-AU",
            (false, _) => "en-GB",
        }
    }

    /// A time of day: `14:09`, or `2:09 PM`.
    #[must_use]
    pub fn time(self, time: Time) -> String {
        // As the page's own dates have it (CLDR, `en-AU`).
        match (self.twelve_hours, self.month_first) {
            (true, true) => time.strftime("%-I:%M %p").to_string(),
            (true, false) => time.strftime("%-I:%M %P").to_string(),
            (false, _) => time.strftime("%H:%M").to_string(),
        }
    }

    /// A day of this year: `23 Nov`, or `Nov 23`.
    #[must_use]
    pub fn day(self, date: Date) -> String {
        date.strftime(if self.month_first { "%b %-d" } else { "%-d %b" }).to_string()
    }

    /// A day of any year: `23 November 2026`, or `November 23, 2026`.
    #[must_use]
    pub fn date(self, date: Date) -> String {
        date.strftime(if self.month_first { "%B %-d, %Y" } else { "%-d %B %Y" }).to_string()
    }

    /// The day of a moment, on this computer's clock.
    #[must_use]
    pub fn date_of(self, at: Timestamp) -> String {
        self.date(at.to_zoned(TimeZone::system()).date())
    }

    /// A moment with its day.
    #[must_use]
    pub fn moment(self, at: &Zoned) -> String {
        format!("{}, {}", self.date(at.date()), self.time(at.time()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_days_are_written_as_in_the_region() {
        let (date, time) = (jiff::civil::date(2026, 11, 23), jiff::civil::time(14, 9, 0, 0));
        let written = |locale: &str| {
            let writing = Writing::of(locale);
            [writing.time(time), writing.day(date), writing.date(date), writing.tag().into()]
        };
        assert_eq!(written("en-US"), ["2:09 PM", "Nov 23", "November 23, 2026", "en-US"]);
        assert_eq!(written("en_AU.UTF-8"), ["2:09 pm", "23 Nov", "23 November 2026", "en-AU"]);
        for locale in ["de-CH", "de_CH.UTF-8", "en-GB", "zh-Hans-CN", "C", "C.UTF-8", "POSIX", ""] {
            assert_eq!(written(locale), ["14:09", "23 Nov", "23 November 2026", "en-GB"], "{locale}");
        }
    }
}
