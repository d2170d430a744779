namespace Coterie.Model.Reads;

/// <summary>The byte before the <see cref="ReadCommand"/> in a read request: what is to be sent back.</summary>
[Flags]
public enum ReadRequestHead : byte
{
    /// <summary>The rows (<see cref="ReadResponse"/>).</summary>
    Data = 0,

    /// <summary>Only a digest of what the rows would be (<see cref="ReadDigest"/>).</summary>
    Digest = 1,

    /// <summary>With a digest: also the newest timestamp, which costs a walk over every cell.</summary>
    WithNewest = 2,
}
