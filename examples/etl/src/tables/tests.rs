use super::*;

const SHIPPED_AIRPORTS: &str = include_str!("../../data/airports.csv");
const SHIPPED_FLIGHTS: &str = include_str!("../../data/flights.csv");

fn airports_problem(text: &str) -> String {
    parse_airports(text).err().map(|error| error.to_string()).unwrap_or_default()
}

fn flights_problem(text: &str) -> String {
    parse_flights(text).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn the_shipped_tables_fit_together() -> Result<(), EtlError> {
    let airports = parse_airports(SHIPPED_AIRPORTS)?;
    let flights = parse_flights(SHIPPED_FLIGHTS)?;
    let routes = join(&airports, &flights)?;
    assert_eq!((airports.len(), flights.len(), routes.len()), (3376, 5366, 5366));
    assert_eq!(routes.iter().map(|route| u64::from(route.count)).sum::<u64>(), 7_009_728);
    Ok(())
}

#[test]
fn distances_follow_the_globe() {
    let at = |latitude, longitude| Airport {
        iata: String::new(),
        name: String::new(),
        city: String::new(),
        state: String::new(),
        country: String::new(),
        latitude,
        longitude,
    };
    let quarter = EARTH_RADIUS_KM * std::f64::consts::FRAC_PI_2;
    let cases = [
        (at(10.0, 20.0), at(10.0, 20.0), 0.0),
        (at(0.0, 0.0), at(90.0, 0.0), quarter),
        (at(0.0, 179.0), at(0.0, -179.0), quarter / 45.0),
        (at(0.0, 0.0), at(0.0, 180.0), 2.0 * quarter),
    ];
    for (from, to, expected) in cases {
        let measured = distance_km(&from, &to);
        assert!((measured - expected).abs() < 1e-6, "{measured} is not {expected}");
    }
}

#[test]
fn a_table_torn_within_a_line_is_refused() {
    let torn = &SHIPPED_FLIGHTS[..SHIPPED_FLIGHTS.len() - "LC,440\n".len()];
    assert_eq!(flights_problem(torn), "flights.csv line 5367: the line has 2 fields, the header 3");

    let torn = &SHIPPED_AIRPORTS[..SHIPPED_AIRPORTS.len() / 2];
    assert!(airports_problem(torn).contains("fields, the header 7"));
}

#[test]
fn a_table_torn_within_its_last_number_is_refused() {
    let breaks_off = "flights.csv line 5367: the table breaks off here: no line break ends its last line";
    for lost in ["\n", "0\n", "40\n"] {
        assert_eq!(flights_problem(SHIPPED_FLIGHTS.strip_suffix(lost).unwrap_or_default()), breaks_off);
    }
}

#[test]
fn a_bad_row_is_named_by_line_and_column() {
    let cases = [
        ("A,B,many", "flights.csv line 3: count: invalid digit found in string"),
        ("A,B,-1", "flights.csv line 3: count: invalid digit found in string"),
        ("A,B,", "flights.csv line 3: count: cannot parse integer from empty string"),
        ("A,B,5000000000", "flights.csv line 3: count: number too large to fit in target type"),
        ("A,,1", "flights.csv line 3: the flight lacks an airport code"),
        ("X,Y,2", "flights.csv line 3: the route X to Y has come before"),
        ("A,B,1,1", "flights.csv line 3: the line has 4 fields, the header 3"),
    ];
    for (row, problem) in cases {
        assert_eq!(flights_problem(&format!("origin,destination,count\nX,Y,1\n{row}\n")), problem);
    }

    let cases = [
        (",n,c,s,u,1,2", "airports.csv line 3: the airport has no code"),
        ("A,n,c,s,u,91,2", "airports.csv line 3: latitude 91 is not within 90 degrees"),
        ("A,n,c,s,u,NaN,2", "airports.csv line 3: latitude NaN is not within 90 degrees"),
        ("A,n,c,s,u,1,-181", "airports.csv line 3: longitude -181 is not within 180 degrees"),
        ("A,n,c,s,u,north,2", "airports.csv line 3: latitude: invalid float literal"),
        ("X,n,c,s,u,1,2", "airports.csv line 3: airport \"X\" has come before"),
    ];
    for (row, problem) in cases {
        let text = format!("iata,name,city,state,country,latitude,longitude\nX,n,c,s,u,1,2\n{row}\n");
        assert_eq!(airports_problem(&text), problem);
    }
}

#[test]
fn a_wrong_header_is_named() {
    let no_count = "flights.csv line 1: the header has no column count";
    assert_eq!(flights_problem("origin,destination,flights\nA,B,1\n"), no_count);
    assert_eq!(flights_problem("A,B,1\n"), "flights.csv line 1: the header has no column origin");
    assert_eq!(airports_problem("<!doctype html>\n"), "airports.csv line 1: the header has no column iata");
}

#[test]
fn an_empty_table_is_refused() {
    assert_eq!(airports_problem(""), "airports.csv line 1: the header has no column iata");
    let no_row = "flights.csv line 1: no row follows the header";
    assert_eq!(flights_problem("origin,destination,count\n"), no_row);
}

#[test]
fn an_unknown_airport_is_named_with_its_line_in_the_file() -> Result<(), EtlError> {
    let header = "iata,name,city,state,country,latitude,longitude\n";
    let airports = parse_airports(&format!("{header}A,n,c,s,u,1,2\nB,n,c,s,u,3,4\n"))?;
    // Blank lines and breaks within quotes count, though they are no rows.
    let flights = [
        ("count,origin,destination\n1,A,B\n1,A,ZZZ\n", 3),
        ("count,origin,destination\n1,A,B\n\n1,A,ZZZ\n", 4),
        ("count,origin,destination\r\n1,A,B\r\n1,A,ZZZ\r\n", 3),
        ("\u{feff}count,origin,destination,note\n1,A,B,\"one\ntwo\"\n1,A,ZZZ,\n", 4),
    ];
    for (text, line) in flights {
        let error = join(&airports, &parse_flights(text)?).err();
        let problem = error.map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(problem, format!("flights.csv line {line}: airport \"ZZZ\" is not in airports.csv"));
    }
    Ok(())
}

#[test]
fn flights_in_a_storm_are_counted_once() -> Result<(), EtlError> {
    let airports = parse_airports(SHIPPED_AIRPORTS)?;
    let flights = parse_flights("origin,destination,count\nATL,ORD,5\nORD,DFW,7\nDFW,ATL,11\n")?;
    let routes = join(&airports, &flights)?;
    let weather = parse_weather("iata,wind_kmh\nATL,75\nORD,80.5\nDFW,74.9\nXXX,99\n")?;
    assert_eq!(flights_in_storm(&routes, &weather), 5 + 7 + 11);
    assert_eq!(flights_in_storm(&routes, &weather[..1]), 5 + 11);
    assert_eq!(flights_in_storm(&routes, &weather[2..]), 0);

    let problem = parse_weather("iata,wind_kmh\nATL,-1\n").err().map(|error| error.to_string());
    assert_eq!(problem.as_deref(), Some("weather.csv line 2: wind_kmh -1 is not a wind on this earth"));
    Ok(())
}
