using System.Buffers;
using System.Buffers.Binary;

namespace Coterie.Model.Types;

/// <summary>
/// A CQL type. A value of it is everywhere its CQL wire serialization (native protocol v4 §6): the bytes the client sent are the
/// bytes stored. Null is not a value: it is represented by the caller as absence.
/// </summary>
public abstract class CqlType : IEquatable<CqlType>
{
    /// <summary>The name as CQL writes it: <c>int</c>, <c>frozen&lt;list&lt;text&gt;&gt;</c>.</summary>
    public abstract string CqlName { get; }

    /// <summary>The id of the type's [option] (native protocol v4 §4.2.5.2).</summary>
    public abstract ushort OptionId { get; }

    /// <summary>Appends the type's [option]: its id, then for collections the options of what they hold.</summary>
    public virtual void WriteOption(IBufferWriter<byte> destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination.GetSpan(sizeof(ushort)), OptionId);
        destination.Advance(sizeof(ushort));
    }

    /// <summary>True for a list, set or map that is not frozen: its elements are cells of their own.</summary>
    public virtual bool IsMultiCell => false;

    /// <summary>Whether a key column may be of this type: not a duration, which has no order, and not a collection that is not frozen.</summary>
    public virtual bool AllowedInKey => true;

    /// <summary>
    /// True for frozen types that hold a set or a map: clients may send their elements in any order and twice, but equal values must be
    /// equal bytes. <see cref="WriteNormal"/> before such a value is stored or compared.
    /// </summary>
    public virtual bool HasNormalForm => false;

    /// <summary>Appends the value in the one form that is stored: sets and maps in order without duplicates; all else as it is.</summary>
    /// <exception cref="MalformedDataException">The bytes are not a value of this type.</exception>
    public virtual void WriteNormal(ReadOnlySpan<byte> value, IBufferWriter<byte> destination) => destination.Write(value);

    /// <summary>True where the type accepts zero bytes as a value (text, blob; by legacy also the fixed-size ones).</summary>
    public abstract bool AllowsEmpty { get; }

    /// <summary>Checks that the bytes are a value of this type.</summary>
    /// <exception cref="MalformedDataException">They are not; the message says why and names the type.</exception>
    public abstract void Validate(ReadOnlySpan<byte> value);

    /// <summary>The order of CQL: what ORDER BY and clustering go by. Empty values come first. Only for values that passed <see cref="Validate"/>.</summary>
    public abstract int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right);

    /// <summary>
    /// Writes the value as self-delimiting bytes whose unsigned lexicographic order is the order of <see cref="Compare"/>.
    /// No encoding is a prefix of another value's. Only for values that passed <see cref="Validate"/>, are not empty (unless text or blob)
    /// and are normal (<see cref="WriteNormal"/>); only for types <see cref="AllowedInKey"/>. See <see cref="Keys.OrderedBytes"/> for the building blocks.
    /// </summary>
    public abstract void EncodeOrdered(ReadOnlySpan<byte> value, IBufferWriter<byte> destination);

    /// <summary>Reads back what <see cref="EncodeOrdered"/> wrote, appends the wire value, and returns how many bytes were read. Checks the
    /// encoding, not the value: what was escaped bytes may still fail <see cref="Validate"/>.</summary>
    /// <exception cref="MalformedDataException">The bytes are not such an encoding.</exception>
    public abstract int DecodeOrdered(ReadOnlySpan<byte> source, IBufferWriter<byte> destination);

    public bool Equals(CqlType? other) => other is not null && CqlName == other.CqlName;

    public sealed override bool Equals(object? obj) => Equals(obj as CqlType);

    public sealed override int GetHashCode() => CqlName.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => CqlName;
}
