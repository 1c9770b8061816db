//! What a program takes of the board.

use std::{fs, path::Path};

use object::{Object, ObjectSection, SectionFlags, SectionKind, elf};

use crate::Result;

/// One line: the file's name, bytes of flash, bytes of static RAM.
pub(crate) fn print(path: &Path) -> Result<()> {
    let data = fs::read(path)?;
    let file = object::File::parse(&*data)?;
    let (mut flash, mut ram) = (0, 0);
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags, .. } = section.flags() else { continue };
        // riscv-rt has sections for the heap and the stack, as large as what is left.
        if sh_flags.0 & elf::SHF_ALLOC.0 == 0 || matches!(section.name(), Ok(".heap" | ".stack")) {
            continue;
        }
        if section.kind() != SectionKind::UninitializedData {
            flash += section.size();
        }
        if sh_flags.0 & elf::SHF_WRITE.0 != 0 {
            ram += section.size();
        }
    }
    println!("{} {flash} {ram}", path.file_name().unwrap_or_default().display());
    Ok(())
}
