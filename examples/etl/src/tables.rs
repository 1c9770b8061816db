//! The tables, read and checked row by row, and the routes they make together.

use std::collections::{HashMap, HashSet};

use csv::{ErrorKind, Position, Reader, StringRecord};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::EtlError;

const AIRPORTS: &str = "airports.csv";
const FLIGHTS: &str = "flights.csv";
const WEATHER: &str = "weather.csv";

/// The wind from which on it is a storm: 9 on the Beaufort scale.
const STORM_KMH: f64 = 75.0;

/// The mean radius of the earth.
const EARTH_RADIUS_KM: f64 = 6371.0088;

/// A row of airports.csv.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Airport {
    /// The code that flights name it by.
    pub iata: String,
    /// Its name.
    pub name: String,
    /// The city it belongs to.
    pub city: String,
    /// The state that city is in.
    pub state: String,
    /// The country that state is in.
    pub country: String,
    /// Degrees north of the equator.
    pub latitude: f64,
    /// Degrees east of Greenwich.
    pub longitude: f64,
}

/// A row of flights.csv.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Flight {
    /// The code of the airport of departure.
    pub origin: String,
    /// The code of the airport of arrival.
    pub destination: String,
    /// How many flights went this way.
    pub count: u32,
    /// The line in the file, for errors that show only later.
    #[serde(skip)]
    pub line: u64,
}

/// A row of weather.csv.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Weather {
    /// The code of the airport.
    pub iata: String,
    /// How fast the wind blows there.
    pub wind_kmh: f64,
}

/// The flights between two known airports.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Route {
    /// The code of the airport of departure.
    pub origin: String,
    /// The code of the airport of arrival.
    pub destination: String,
    /// How many flights went this way.
    pub count: u32,
    /// The way along the great circle.
    pub distance_km: f64,
}

/// Reads airports.csv. Codes must be there and unique, positions on the globe.
pub(crate) fn parse_airports(text: &str) -> Result<Vec<Airport>, EtlError> {
    let columns = ["iata", "name", "city", "state", "country", "latitude", "longitude"];
    let mut codes = HashSet::new();
    parse(AIRPORTS, &columns, text, |airport: &mut Airport, _| {
        if airport.iata.is_empty() {
            return Err("the airport has no code".to_owned());
        }
        if !(-90.0..=90.0).contains(&airport.latitude) {
            return Err(format!("latitude {} is not within 90 degrees", airport.latitude));
        }
        if !(-180.0..=180.0).contains(&airport.longitude) {
            return Err(format!("longitude {} is not within 180 degrees", airport.longitude));
        }
        if !codes.insert(airport.iata.clone()) {
            return Err(format!("airport {:?} has come before", airport.iata));
        }
        Ok(())
    })
}

/// Reads flights.csv. Codes must be there, counts be whole numbers, routes unique.
pub(crate) fn parse_flights(text: &str) -> Result<Vec<Flight>, EtlError> {
    let columns = ["origin", "destination", "count"];
    let mut routes = HashSet::new();
    parse(FLIGHTS, &columns, text, |flight: &mut Flight, line| {
        flight.line = line;
        if flight.origin.is_empty() || flight.destination.is_empty() {
            return Err("the flight lacks an airport code".to_owned());
        }
        if !routes.insert((flight.origin.clone(), flight.destination.clone())) {
            let (origin, destination) = (&flight.origin, &flight.destination);
            return Err(format!("the route {origin} to {destination} has come before"));
        }
        Ok(())
    })
}

/// Reads weather.csv. Codes must be there, and winds not blow backwards.
pub(crate) fn parse_weather(text: &str) -> Result<Vec<Weather>, EtlError> {
    parse(WEATHER, &["iata", "wind_kmh"], text, |weather: &mut Weather, _| {
        if weather.iata.is_empty() {
            return Err("the weather has no airport".to_owned());
        }
        if !(0.0..=500.0).contains(&weather.wind_kmh) {
            return Err(format!("wind_kmh {} is not a wind on this earth", weather.wind_kmh));
        }
        Ok(())
    })
}

/// Finds both airports of every flight and how far apart they are.
pub(crate) fn join(airports: &[Airport], flights: &[Flight]) -> Result<Vec<Route>, EtlError> {
    let by_code: HashMap<&str, &Airport> = airports.iter().map(|airport| (airport.iata.as_str(), airport)).collect();
    let find = |line: u64, code: &str| match by_code.get(code) {
        Some(airport) => Ok(*airport),
        None => Err(EtlError::UnknownAirport { line, code: code.to_owned() }),
    };
    let route = |flight: &Flight| {
        let origin = find(flight.line, &flight.origin)?;
        let destination = find(flight.line, &flight.destination)?;
        Ok(Route {
            origin: flight.origin.clone(),
            destination: flight.destination.clone(),
            count: flight.count,
            distance_km: distance_km(origin, destination),
        })
    };
    flights.iter().map(route).collect()
}

/// Counts the flights that begin or end in a storm.
pub(crate) fn flights_in_storm(routes: &[Route], weather: &[Weather]) -> u64 {
    let stormy = weather.iter().filter(|weather| weather.wind_kmh >= STORM_KMH);
    let stormy: HashSet<&str> = stormy.map(|weather| weather.iata.as_str()).collect();
    let touched = |route: &&Route| stormy.contains(&*route.origin) || stormy.contains(&*route.destination);
    routes.iter().filter(touched).map(|route| u64::from(route.count)).sum()
}

/// The haversine formula: the way along a great circle of a round earth.
fn distance_km(from: &Airport, to: &Airport) -> f64 {
    let half_chord = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
    let parallels = from.latitude.to_radians().cos() * to.latitude.to_radians().cos();
    let h = half_chord(from.latitude, to.latitude) + parallels * half_chord(from.longitude, to.longitude);
    // Rounding may carry h past 1, where there is no arcsine.
    2.0 * EARTH_RADIUS_KM * h.min(1.0).sqrt().asin()
}

/// Reads a table whose header has at least `columns`, and has `check` look at
/// each row and its line.
///
/// The last line has to end like the others: in one that does not, `440` may be
/// what is left of `4400`.
fn parse<R: DeserializeOwned>(
    table: &'static str,
    columns: &[&str],
    text: &str,
    mut check: impl FnMut(&mut R, u64) -> Result<(), String>,
) -> Result<Vec<R>, EtlError> {
    let at = |line, problem| EtlError::Row { table, line, problem };

    // Editors on Windows like to put this mark before the first name.
    let text = text.trim_start_matches('\u{feff}').as_bytes();
    let mut lines = Lines { text, offset: 0, line: 1 };
    let mut reader = Reader::from_reader(text);
    let header = reader.headers().map_err(|error| at(1, error.to_string()))?.clone();
    for column in columns {
        if !header.iter().any(|name| name == *column) {
            return Err(at(1, format!("the header has no column {column}")));
        }
    }

    let mut rows = Vec::new();
    loop {
        let line = lines.at(reader.position());
        let unreadable = |error| at(line, describe(&error, &header));
        let mut record = StringRecord::new();
        if !reader.read_record(&mut record).map_err(unreadable)? {
            if !matches!(text.last(), Some(b'\n' | b'\r')) {
                return Err(at(line, "the table breaks off here: no line break ends its last line".to_owned()));
            }
            break;
        }
        let mut row = record.deserialize(Some(&header)).map_err(unreadable)?;
        check(&mut row, line).map_err(|problem| at(line, problem))?;
        rows.push(row);
    }
    if rows.is_empty() {
        return Err(at(1, "no row follows the header".to_owned()));
    }
    Ok(rows)
}

/// Counts the lines of a text up to each of its records. The csv reader counts
/// too, but has a record begin before the blank lines above it, and before the
/// second half of a Windows line break.
struct Lines<'a> {
    text: &'a [u8],
    offset: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the record that the reader finds at `position`, which must
    /// not lie before that of the last call.
    fn at(&mut self, position: &Position) -> u64 {
        let from = usize::try_from(position.byte()).unwrap_or(usize::MAX);
        while let Some(byte) = self.text.get(self.offset) {
            if self.offset >= from && !matches!(byte, b'\r' | b'\n') {
                break;
            }
            self.line += u64::from(*byte == b'\n');
            self.offset += 1;
        }
        self.line
    }
}

/// Says what is wrong in the table's own words, where the csv library counts.
fn describe(error: &csv::Error, header: &StringRecord) -> String {
    match error.kind() {
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the line has {len} fields, the header {expected_len}")
        }
        ErrorKind::Deserialize { err, .. } => {
            let field = err.field().and_then(|field| usize::try_from(field).ok());
            match field.and_then(|field| header.get(field)) {
                Some(column) => format!("{column}: {}", err.kind()),
                None => err.kind().to_string(),
            }
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
