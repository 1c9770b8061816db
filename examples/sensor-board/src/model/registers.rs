//! What most I2C devices are: registers, and a pointer to the next one.

/// A device's registers. A write sets the pointer with its first byte and registers with the others; a read goes on
/// from the pointer.
pub(super) trait Registers {
    fn pointer(&mut self) -> &mut u8;
    fn load(&mut self, register: u8) -> u8;
    fn store(&mut self, register: u8, value: u8);

    fn write(&mut self, bytes: &[u8]) {
        let Some((first, values)) = bytes.split_first() else { return };
        *self.pointer() = *first;
        for &value in values {
            let register = self.advance();
            self.store(register, value);
        }
    }

    fn read(&mut self, into: &mut [u8]) {
        for byte in into {
            let register = self.advance();
            *byte = self.load(register);
        }
    }

    fn advance(&mut self) -> u8 {
        let pointer = self.pointer();
        let register = *pointer;
        *pointer = register.wrapping_add(1);
        register
    }
}
