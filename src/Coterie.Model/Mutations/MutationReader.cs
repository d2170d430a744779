using Coterie.Model.Ids;
using Coterie.Model.Time;

namespace Coterie.Model.Mutations;

/// <summary>Walks an encoded mutation without allocating. <see cref="Validate"/> before anything of it is applied.</summary>
public ref struct MutationReader
{
    /// <exception cref="MalformedDataException">Not a mutation, or over a limit.</exception>
    public MutationReader(ReadOnlySpan<byte> mutation) => throw new NotImplementedException();

    public StorageId Table => throw new NotImplementedException();

    public Token Token => throw new NotImplementedException();

    public FormationTime Formed => throw new NotImplementedException();

    public ReadOnlySpan<byte> PartitionKey => throw new NotImplementedException();

    public ReadOnlySpan<byte> EntryKey => throw new NotImplementedException();

    public ReadOnlySpan<byte> Row => throw new NotImplementedException();

    public bool MoveNext() => throw new NotImplementedException();

    /// <summary>Checks every entry key's kind and every row, so that a merge can never meet an operand that it cannot read.</summary>
    /// <exception cref="MalformedDataException">Something is wrong; the message says what.</exception>
    public static void Validate(ReadOnlySpan<byte> mutation) => throw new NotImplementedException();
}
