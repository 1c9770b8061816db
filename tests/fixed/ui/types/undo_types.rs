// An undo takes the result of its step by a type of its own.
#[rungs::pipeline(error = &'static str)]
mod steps {
    pub struct Board {
        pub rail: u8,
    }

    #[step]
    async fn power(rail: &mut u8) -> Result<u8, &'static str> {
        *rail = 3;
        Ok(*rail)
    }

    #[undo(power)]
    async fn cut(rail: &mut u8, power: &u16) -> Result<(), &'static str> {
        *rail -= u8::try_from(*power).unwrap_or_default();
        Ok(())
    }

    #[step]
    async fn radio(power: &u8) -> u8 {
        *power
    }

    #[undo(radio)]
    async fn leave() -> Result<(), String> {
        Ok(())
    }
}

fn main() {}
