using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Coterie.Model;
using Microsoft.Extensions.Logging;

namespace Coterie.Storage.Rocks;

/// <summary>
/// Hands the model's join to RocksDB as a merge operator, by function pointers. RocksDB calls it on its own threads: in reads, flushes and compactions.
/// </summary>
/// <remarks>
/// Nothing may be thrown into native code (it would end the process), and a full merge that fails stops every later flush and compaction. So
/// bytes that the join cannot decode, which validation before every write makes impossible short of damaged memory, are left out of the
/// join, counted and logged: nobody could have read them, and a row that cannot be folded must not take the store with it, on every
/// replica that holds it. See docs/decisions/0300.
/// Lives until RocksDB calls the destructor; the state pointer is its <see cref="GCHandle"/>.
/// </remarks>
internal sealed unsafe partial class RocksMergeOperator : IDisposable
{
    // Kept between merges by each thread; a larger one is given back, so that one huge row does not stay in memory for ever.
    private const int ScratchBytesKept = 1024 * 1024;

    private readonly RowMergeFunction _merge;
    private readonly ILogger _logger;
    private readonly ThreadLocal<Scratch> _scratch = new(() => new Scratch());
    private readonly byte* _name;
    private long _undecodable;

    private RocksMergeOperator(RowMergeFunction merge, ILogger logger)
    {
        _merge = merge;
        _logger = logger;

        // Stored with each table file; a database is only opened by an operator of the same name.
        var name = "coterie.row.1\0"u8;
        _name = (byte*)NativeMemory.Alloc((nuint)name.Length);
        name.CopyTo(new Span<byte>(_name, name.Length));
    }

    /// <summary>Operands left out because the join could not decode them.</summary>
    internal long UndecodableOperands => Volatile.Read(ref _undecodable);

    public void Dispose()
    {
        NativeMemory.Free(_name);
        _scratch.Dispose();
    }

    /// <summary>The native operator is owned by the options it is set on.</summary>
    internal static nint Create(RowMergeFunction merge, ILogger logger, out RocksMergeOperator managed)
    {
        managed = new RocksMergeOperator(merge, logger);
        return RocksNativeOptions.rocksdb_mergeoperator_create(
            GCHandle.ToIntPtr(GCHandle.Alloc(managed)), &Destroy, &FullMerge, &PartialMerge, &DeleteValue, &Name);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Destroy(nint state)
    {
        var handle = GCHandle.FromIntPtr(state);
        ((RocksMergeOperator)handle.Target!).Dispose();
        handle.Free();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* Name(nint state) => ((RocksMergeOperator)GCHandle.FromIntPtr(state).Target!)._name;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void DeleteValue(nint state, byte* value, nuint length) => NativeMemory.Free(value);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* FullMerge(
        nint state, byte* key, nuint keyLength, byte* existing, nuint existingLength, byte** operands, nuint* lengths, int count, byte* success, nuint* length) =>
        ((RocksMergeOperator)GCHandle.FromIntPtr(state).Target!).Fold(existing, existingLength, new Operands(operands, lengths, count), success, length, isFull: true);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static byte* PartialMerge(
        nint state, byte* key, nuint keyLength, byte** operands, nuint* lengths, int count, byte* success, nuint* length) =>
        ((RocksMergeOperator)GCHandle.FromIntPtr(state).Target!).Fold(null, 0, new Operands(operands, lengths, count), success, length, isFull: false);

    private byte* Fold(byte* existing, nuint existingLength, in Operands operands, byte* success, nuint* length, bool isFull)
    {
        *success = 0;
        *length = 0;
        try
        {
            var scratch = _scratch.Value!;
            var first = existing is null ? operands[0] : new ReadOnlySpan<byte>(existing, checked((int)existingLength));
            var folded = scratch.Fold(_merge, first, operands, existing is null ? 1 : 0, isFull, out var undecodable);
            if (undecodable > 0)
            {
                Report(undecodable);
                if (!isFull)
                {
                    // Declining a partial merge is always allowed: the operands stay as they are, for the full merge to deal with.
                    return null;
                }
            }

            var result = (byte*)NativeMemory.Alloc((nuint)Math.Max(folded.Length, 1));
            folded.CopyTo(new Span<byte>(result, folded.Length));
            *length = (nuint)folded.Length;
            *success = 1;
            scratch.Trim();
            return result;
        }
        catch (Exception exception)
        {
            // Not undecodable bytes but a broken join or no memory. RocksDB turns it into a corruption status: a failed read, or a stopped store.
            LogBroken(exception);
            return null;
        }
    }

    private void Report(int undecodable)
    {
        if (Interlocked.Add(ref _undecodable, undecodable) == undecodable)
        {
            LogUndecodable();
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "Stored bytes of a row cannot be decoded and were left out of a merge. Logged once; the counter goes on")]
    private partial void LogUndecodable();

    [LoggerMessage(Level = LogLevel.Critical, Message = "A merge failed")]
    private partial void LogBroken(Exception exception);

    private readonly struct Operands(byte** values, nuint* lengths, int count)
    {
        public int Count => count;

        public ReadOnlySpan<byte> this[int index] => new(values[index], checked((int)lengths[index]));
    }

    /// <summary>Two buffers that take turns in being the result so far and the next.</summary>
    private sealed class Scratch
    {
        private ArrayBufferWriter<byte> _result = new(4096);
        private ArrayBufferWriter<byte> _next = new(4096);

        public ReadOnlySpan<byte> Fold(RowMergeFunction merge, ReadOnlySpan<byte> first, in Operands operands, int start, bool goOn, out int undecodable)
        {
            undecodable = 0;
            var folded = first;
            for (var i = start; i < operands.Count; i++)
            {
                _next.ResetWrittenCount();
                try
                {
                    merge(folded, operands[i], _next);
                }
                catch (MalformedDataException)
                {
                    undecodable++;
                    if (!goOn)
                    {
                        return folded;
                    }

                    folded = Decodable(merge, folded, operands[i]);
                    continue;
                }

                folded = _next.WrittenSpan;
                (_result, _next) = (_next, _result);
            }

            return folded;
        }

        public void Trim()
        {
            if (_result.Capacity > ScratchBytesKept || _next.Capacity > ScratchBytesKept)
            {
                _result = new ArrayBufferWriter<byte>(4096);
                _next = new ArrayBufferWriter<byte>(4096);
            }
        }

        // Of two values that do not join, the one that joins with itself.
        private ReadOnlySpan<byte> Decodable(RowMergeFunction merge, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
        {
            try
            {
                _next.ResetWrittenCount();
                merge(left, left, _next);
                return left;
            }
            catch (MalformedDataException)
            {
                return right;
            }
        }
    }
}
