namespace Coterie.Model.Histories;

/// <summary>One read or write of a register, as the client that made it saw it.</summary>
/// <param name="Value">Written or read. Each write has a value of its own, which is not zero; zero was read where nothing had been written.</param>
/// <param name="Called">When it was sent, in any unit.</param>
/// <param name="Returned">When its answer was there; null: there was none, and it may be done at any time after it was sent, or never.</param>
/// <param name="Expected">Of a write: it was done only because this was there (compare-and-set). One that was not done for that reason is a read of what was there.</param>
public sealed record RegisterCall(bool IsWrite, long Value, long Called, long? Returned, long? Expected = null)
{
    /// <summary>What a register is before anything is written to it.</summary>
    public const long Nothing = 0;
}
