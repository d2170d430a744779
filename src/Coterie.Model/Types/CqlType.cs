using System.Buffers;

namespace Coterie.Model.Types;

/// <summary>
/// A CQL type. A value of it is everywhere its CQL wire serialization (native protocol v4 §6): the bytes the client sent are the
/// bytes stored. Null is not a value: it is represented by the caller as absence.
/// </summary>
public abstract class CqlType
{
    /// <summary>The name as CQL writes it: <c>int</c>, <c>frozen&lt;list&lt;text&gt;&gt;</c>.</summary>
    public abstract string CqlName { get; }

    /// <summary>True for a list, set or map that is not frozen: its elements are cells of their own.</summary>
    public virtual bool IsMultiCell => false;

    /// <summary>True where the type accepts zero bytes as a value (text, blob; by legacy also the fixed-size ones).</summary>
    public abstract bool AllowsEmpty { get; }

    /// <summary>Checks that the bytes are a value of this type.</summary>
    /// <exception cref="MalformedDataException">They are not; the message says why and names the type.</exception>
    public abstract void Validate(ReadOnlySpan<byte> value);

    /// <summary>The order of CQL: what ORDER BY and clustering go by.</summary>
    public abstract int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right);

    /// <summary>
    /// Writes the value as self-delimiting bytes whose unsigned lexicographic order is the order of <see cref="Compare"/>.
    /// No encoding is a prefix of another value's. See <see cref="Keys.OrderedBytes"/> for the building blocks.
    /// </summary>
    public abstract void EncodeOrdered(ReadOnlySpan<byte> value, IBufferWriter<byte> destination);

    /// <summary>Reads back what <see cref="EncodeOrdered"/> wrote, appends the wire value, and returns how many bytes were read.</summary>
    /// <exception cref="MalformedDataException">The bytes are not such an encoding.</exception>
    public abstract int DecodeOrdered(ReadOnlySpan<byte> source, IBufferWriter<byte> destination);

    public override string ToString() => CqlName;
}
