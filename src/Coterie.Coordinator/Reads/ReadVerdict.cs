namespace Coterie.Coordinator.Reads;

/// <summary>What is known after a reply to a read.</summary>
internal enum ReadVerdict : byte
{
    Pending = 0,

    /// <summary>Enough have answered, and alike: the data is the answer. When rows were asked of all: enough have sent theirs.</summary>
    Agreed,

    /// <summary>Enough have answered, and not alike: their rows must be compared.</summary>
    Disagreed,

    /// <summary>Enough will not answer; the outcome says why.</summary>
    Failed,
}

/// <summary>What is asked of whom at first.</summary>
internal enum ReadMode : byte
{
    /// <summary>Data of the best, digests of as many more as must answer.</summary>
    Digests = 0,

    /// <summary>Data of the best, digests of everyone else who is alive (read_repair = ASYNC).</summary>
    DigestsOfAll,

    /// <summary>Rows of as many as must answer: to compare them.</summary>
    Rows,

    /// <summary>Rows of everyone who is alive.</summary>
    RowsOfAll,
}

/// <summary>A replica to ask now.</summary>
internal readonly record struct Ask(int Slot, bool ForData);
