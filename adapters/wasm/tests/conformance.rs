//! The rules that every adapter keeps, under node: `adapters/wasm/test` starts them, and the table of adapters and rules shows them.
#![cfg(all(target_family = "wasm", target_os = "unknown"))]

rungs_conformance::async_suite! {
    mod suite;
    test: wasm_bindgen_test::wasm_bindgen_test;
    timer: rungs_wasm::Wasm;
    except: { a_panic_is_its_steps_failure: "a panic ends the program" }
}
