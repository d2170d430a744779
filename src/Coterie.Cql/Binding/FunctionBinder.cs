using Coterie.Cql.Plans;
using Coterie.Cql.Syntax;
using Coterie.Model.Ids;
using Coterie.Model.Types;

namespace Coterie.Cql.Binding;

/// <summary>The functions that may stand for a value.</summary>
internal sealed class FunctionBinder(IdSource ids)
{
    public BoundTerm Bind(FunctionTerm function, TermBinder terms, CqlType receiver)
    {
        var bound = function.Name switch
        {
            "now" or "currenttimeuuid" or "current_timeuuid" => NoArguments(function, new NowFunction(ids)),
            "uuid" => NoArguments(function, new UuidFunction(ids)),
            "currenttimestamp" or "current_timestamp" => NoArguments(function, new CurrentTimeFunction(NativeType.Timestamp)),
            "currentdate" or "current_date" => NoArguments(function, new CurrentTimeFunction(NativeType.Date)),
            "currenttime" or "current_time" => NoArguments(function, new CurrentTimeFunction(NativeType.Time)),
            "mintimeuuid" or "min_timeuuid" => new TimeUuidBoundFunction(Argument(function, terms, NativeType.Timestamp), max: false),
            "maxtimeuuid" or "max_timeuuid" => new TimeUuidBoundFunction(Argument(function, terms, NativeType.Timestamp), max: true),
            "totimestamp" or "to_timestamp" or "dateof" => new TimeConversionFunction(TimeArgument(function, terms), NativeType.Timestamp),
            "todate" or "to_date" => new TimeConversionFunction(TimeArgument(function, terms), NativeType.Date),
            "tounixtimestamp" or "to_unix_timestamp" or "unixtimestampof" => new TimeConversionFunction(TimeArgument(function, terms), NativeType.BigInt),
            _ => BlobConversion(function, terms),
        };
        return bound ?? throw new CqlInvalidException($"Unknown or unsupported function '{function.Name}' (for a value of type {receiver.CqlName})");
    }

    /// <summary><c>intAsBlob(5)</c>, <c>blobAsInt(0x00000005)</c>, and so for every native type.</summary>
    private static BytesConversion? BlobConversion(FunctionTerm function, TermBinder terms)
    {
        const string AsBlob = "asblob", BlobAs = "blobas";
        if (function.Name.EndsWith(AsBlob, StringComparison.Ordinal) && CqlTypeParser.FindNative(function.Name.AsSpan()[..^AsBlob.Length]) is { } from)
        {
            return new BytesConversion(Argument(function, terms, from), NativeType.Blob);
        }

        return function.Name.StartsWith(BlobAs, StringComparison.Ordinal) && CqlTypeParser.FindNative(function.Name.AsSpan(BlobAs.Length)) is { } to
            ? new BytesConversion(Argument(function, terms, NativeType.Blob), to)
            : null;
    }

    private static BoundTerm NoArguments(FunctionTerm function, BoundTerm bound) => function.Arguments.IsEmpty
        ? bound
        : throw new CqlInvalidException($"Invalid number of arguments in call to function {function.Name}: 0 required but {function.Arguments.Length} provided");

    private static BoundTerm Argument(FunctionTerm function, TermBinder terms, CqlType type) => function.Arguments.Length == 1
        ? terms.Bind(function.Arguments[0], type, $"arg0({function.Name})")
        : throw new CqlInvalidException($"Invalid number of arguments in call to function {function.Name}: 1 required but {function.Arguments.Length} provided");

    /// <summary>A time-based UUID, unless the argument says that it is a date or a timestamp.</summary>
    private static BoundTerm TimeArgument(FunctionTerm function, TermBinder terms)
    {
        CqlType type = function.Arguments is [TypeHintTerm hint] ? TypeBinder.Bind(hint.Type)
            : function.Arguments is [FunctionTerm { Name: "currenttimestamp" or "current_timestamp" or "totimestamp" or "to_timestamp" }] ? NativeType.Timestamp
            : function.Arguments is [FunctionTerm { Name: "currentdate" or "current_date" or "todate" or "to_date" }] ? NativeType.Date
            : NativeType.TimeUuid;
        return type.Equals(NativeType.TimeUuid) || type.Equals(NativeType.Date) || type.Equals(NativeType.Timestamp)
            ? Argument(function, terms, type)
            : throw new CqlInvalidException($"{function.Name}() takes a timeuuid, a date or a timestamp, not {type.CqlName}");
    }
}
