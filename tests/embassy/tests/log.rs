//! What `Log` and reports write, as defmt's decoder reads it.

use std::{fs, process::Command};

use defmt_decoder::{DecodeError, Table};

#[test]
fn the_log_of_two_runs_and_of_their_reports() {
    let board = env!("CARGO_BIN_EXE_board");
    let table = Table::parse(&fs::read(board).unwrap()).unwrap().unwrap();
    let output = Command::new(board).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let mut decoder = table.new_stream_decoder();
    decoder.received(&output.stdout);
    let mut lines = Vec::new();
    loop {
        match decoder.decode() {
            Ok(frame) => {
                let level = frame.level().map_or("?", |level| level.as_str());
                lines.push(format!("{level} {}", frame.display_message()));
            }
            Err(DecodeError::UnexpectedEof) => break,
            Err(DecodeError::Malformed) => panic!("malformed after {lines:#?}"),
        }
    }
    assert_eq!(
        lines,
        [
            "info bring-up: run started: 5 steps",
            "info imu: attempt 1",
            "warn imu: Failed(NoAnswer { address: 104 }), again in 0.003000 s",
            "info radio: attempt 1",
            "info imu: attempt 2",
            "warn imu: Failed(NoAnswer { address: 104 }), again in 0.003000 s",
            "info imu: attempt 3",
            "info imu: success (attempts: 3)",
            "warn alarm: Skipped (attempts: 0): NotNeeded",
            "error radio: failed (attempts: 1): TimedOut",
            "error announce: failed (attempts: 0): `radio` failed",
            "warn serve\\nradio: success: Skipped (attempts: 0): `radio` failed, through `announce`",
            "info bring-up: run ended: 1 success, 1 failed, 1 more for a failed need, 2 skipped, 0 cancelled, exit code 1",
            "info bring-up: exit code 1 in 0.010009 s\n\
             imu: Success (attempts: 3)\n\
             radio: Failed (attempts: 1): TimedOut\n\
             announce: Failed (attempts: 0): `radio` failed\n\
             serve\\nradio: success: Skipped (attempts: 0): `radio` failed, through `announce`\n\
             alarm: Skipped (attempts: 0): NotNeeded",
            "info boot: exit code 1 in 0.000000 s\n\
             radio: Cancelled (attempts: 1): stopped after `imu` failed; last error: Failed(NoAnswer { address: 16 })\n\
             imu: Failed (attempts: 2): Failed(NoAnswer { address: 104 })\n\
             frame: Skipped (attempts: 0): `imu` failed\n\
             tidy: Success (attempts: 1)",
            "info 1.500000 s",
        ],
    );
}
