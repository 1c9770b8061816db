//! Places defmt's texts where its decoder looks for them: at addresses below 65,536, of a program that is not moved.

fn main() {
    println!("cargo:rerun-if-changed=defmt.x");
    println!("cargo:rustc-link-arg=-T{}/defmt.x", env!("CARGO_MANIFEST_DIR"));
    println!("cargo:rustc-link-arg=-no-pie");
}
